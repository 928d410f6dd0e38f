use usb_ids::FromId;

fn main() {
    let argument = std::env::args().nth(1).unwrap_or_default();
    let vendor = usb_ids::Vendor::from_id(argument.parse().unwrap_or(0x1d6b));
    println!("{}", vendor.map_or("", usb_ids::Vendor::name));
}
