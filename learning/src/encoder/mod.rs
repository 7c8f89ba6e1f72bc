//! A self-supervised encoder of images: features learned from public images without labels.
//!
//! Two random views of each image are taken through a trunk and a projection head, and an objective
//! draws the two projections of an image together while it keeps those of a batch apart. The trunk
//! is kept, the head is thrown away.
//!
//! Nothing here is private: the images must be public, and what is learned from them costs nothing.
//! Whoever names images that are not public gives them away.

mod contrastive;
mod objective;
mod spec;
mod train;
mod vicreg;

pub use objective::EncoderObjective;
pub use spec::{EncoderError, EncoderTraining, image_trunk};
pub use train::train_encoder;
