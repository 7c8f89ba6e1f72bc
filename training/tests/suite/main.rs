//! Networks and training through the public API of the crate.

mod checkpoint;
mod evaluate;
mod exact_sums;
mod network_config;
mod network_forward;
mod network_sequences;
mod noisy_sgd;
mod noisy_units;
mod optimizer;
mod plain_training;
mod private_run;
mod reference_engine;
mod support;
