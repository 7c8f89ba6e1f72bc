//! Models of integers against evaluations that share no code with them.

mod bounds;
mod exact;
mod file;
mod files_damaged;
mod folding;
mod mnist;
mod networks;
mod refusals;
mod worst_case;
