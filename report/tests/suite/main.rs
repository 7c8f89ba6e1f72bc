//! Reports of run directories that are made up here.

mod drawing;
mod made;
mod page;
mod papers;
mod reading;
mod together;
