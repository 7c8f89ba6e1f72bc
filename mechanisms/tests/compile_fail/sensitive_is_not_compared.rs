use privet_mechanisms::Sensitive;

fn main() {
    let _ = Sensitive::new(3) == Sensitive::new(3);
}
