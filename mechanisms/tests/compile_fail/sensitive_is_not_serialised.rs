use privet_mechanisms::Sensitive;

fn main() {
    let _ = serde_json::to_string(&Sensitive::new(3));
}
