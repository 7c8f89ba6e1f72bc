use privet_mechanisms::{ClippedSum, DrawnBatch, NoisySgdRun};

fn step_twice(run: &mut NoisySgdRun, batch: DrawnBatch, one: ClippedSum, two: ClippedSum) {
    let _ = run.release(batch, one);
    let _ = run.release(batch, two);
}

fn main() {}
