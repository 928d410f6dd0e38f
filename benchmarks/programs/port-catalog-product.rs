use port_catalog::Product;

fn main() {
    let argument = std::env::args().nth(1).unwrap_or_default();
    let admin = match argument.parse() {
        Ok(Product::FortiMail) => "https://fortimail.example/admin",
        Ok(Product::FortiClient) => "none",
        Ok(_) => "ask its vendor",
        Err(_) => "no such product",
    };
    println!("{admin}");
}
