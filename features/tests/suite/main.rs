//! Representations against other programs' values, and what every stage owes to rows and files.

mod data;
mod parts;
mod reference;
mod rows;
