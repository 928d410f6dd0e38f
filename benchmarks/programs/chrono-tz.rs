fn main() {
    let argument = std::env::args().nth(1).unwrap_or_default();
    println!("{}", argument.parse().unwrap_or(chrono_tz::Europe::Vienna).name());
}
