use privet_mechanisms::ReleasedLabel;

fn main() {
    let _ = ReleasedLabel { query: 0, class: 1 };
}
