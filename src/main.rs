//! The `privet` program.
fn main() {}
