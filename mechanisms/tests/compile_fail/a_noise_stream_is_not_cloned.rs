use privet_mechanisms::NoiseSource;

fn main() {
    let stream = NoiseSource::danger_fixed_seed(1).stream("votes", 0);
    let _ = stream.clone();
}
