use privet_mechanisms::{ClippedSum, NoisySgdRun, PoissonBatch};

fn step_twice(run: &mut NoisySgdRun, batch: PoissonBatch, one: ClippedSum, two: ClippedSum) {
    let _ = run.release(batch, one);
    let _ = run.release(batch, two);
}

fn main() {}
