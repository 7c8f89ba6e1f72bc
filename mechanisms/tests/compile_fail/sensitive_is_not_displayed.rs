use privet_mechanisms::Sensitive;

fn main() {
    println!("{}", Sensitive::new(3));
}
