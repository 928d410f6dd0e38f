fn main() {
    let argument = std::env::args().nth(1).unwrap_or_default();
    println!("{argument}");
}
