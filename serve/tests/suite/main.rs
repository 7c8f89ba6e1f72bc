//! The service over real sockets on loopback.

mod bodies;
mod client;
mod documents;
mod faults;
mod fuzz;
mod hosts;
mod load;
mod made;
mod openapi;
mod predictions;
mod slow;
mod stopping;
