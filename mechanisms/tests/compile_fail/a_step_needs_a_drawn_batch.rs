use privet_mechanisms::{ClippedSum, NoisySgdRun};

fn step(run: &mut NoisySgdRun, indices: Vec<usize>, sum: ClippedSum) {
    let _ = run.release(indices, sum);
}

fn main() {}
