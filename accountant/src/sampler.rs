//! Samplers other than Poisson: what they cost, or why they are refused.
//!
//! | sampler | who takes part in a step | relation | cost |
//! |---|---|---|---|
//! | Poisson ([`DpEvent::PoissonSampled`](crate::DpEvent::PoissonSampled)) | each record by its own coin, every step afresh | add-or-remove-one, replace-special | exact, by the accountants |
//! | truncated Poisson ([`truncated_poisson`]) | the same; of too large a batch a uniform part | add-or-remove-one | certified upper bound, tight unless truncation is common |
//! | random allocation, balls in bins ([`random_allocation`]) | each record in k of the t steps of an epoch, drawn uniformly and on its own | add-or-remove-one, replace-special | exact for k = 1, certified upper bound for k > 1 |
//! | cyclic Poisson ([`banded`]) | in turns one of `bands` fixed groups of records; within the group by coins | add-or-remove-one, replace-special | as Poisson, one use a cycle |
//! | participation at least `min_separation` steps apart ([`banded`]) | anyone, no randomness assumed | add-or-remove-one, replace-special | sensitivity of the strategy, no amplification |
//! | shuffled fixed batches ([`shuffled`]) | each record in one batch of a random permutation | none | refused; a lower bound shows why |

pub mod banded;
pub mod binomial;
pub mod random_allocation;
pub mod shuffled;
pub mod truncated_poisson;
