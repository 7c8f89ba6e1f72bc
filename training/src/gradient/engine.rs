//! The interface that every engine implements.

use privet_mechanisms::Sensitive;
use thiserror::Error;

use crate::network::{Network, NetworkError};

/// A batch of labelled examples on the host.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// Rows one after another: `labels.len()` times the length of one example.
    pub inputs: &'a [f32],
    /// Class of each row.
    pub labels: &'a [u32],
}

/// What happens to the gradient of each example before it enters the sum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Clipping {
    /// Nothing: the plain sum. Not private.
    None,
    /// Flat clipping: the gradient over all parameters is scaled by `min(1, norm / |gradient|)`.
    Flat {
        /// The clipping norm, the L2 length that no example exceeds.
        norm: f64,
    },
}

/// The sum over a batch of per-example gradients of the cross-entropy loss.
///
/// Without clipping it is as private as the batch; with clipping it is still private data, only of
/// bounded sensitivity. Both stay [`Sensitive`] until a mechanism has added noise.
#[derive(Debug)]
pub struct GradientSum {
    /// Sum of the gradients, flat, in the order of [`ParameterLayout`](crate::network::ParameterLayout).
    pub sum: Sensitive<Vec<f32>>,
    /// L2 norm of each example's gradient before clipping, NaN or infinite where the gradient is;
    /// absent without clipping.
    pub norms: Option<Sensitive<Vec<f64>>>,
    /// Sum over the batch of the cross-entropy loss, in nats.
    pub loss: Sensitive<f64>,
}

/// Why an engine gives no gradient.
#[derive(Debug, Error)]
pub enum GradientError {
    /// Rows and labels do not fit each other or the network.
    #[error("a batch of {labels} labels needs {expected} input values, got {found}")]
    Shape {
        /// Number of labels.
        labels: usize,
        /// Input values that the labels and the network ask for.
        expected: usize,
        /// Input values given.
        found: usize,
    },
    /// A label names a class that the network has no score for. Labels may be private, so it is not
    /// said which.
    #[error("a label is not below {classes}, the number of classes of the network")]
    Label {
        /// Classes of the network.
        classes: usize,
    },
    /// The clipping norm is not a positive finite number.
    #[error("clipping norm is {0}: it must be a positive finite number")]
    ClippingNorm(f64),
    /// The network cannot be walked.
    #[error(transparent)]
    Network(#[from] NetworkError),
}

/// Computes gradients of a network on a batch.
pub trait GradientEngine: Send + Sync {
    /// Sum over the batch of the gradients of the cross-entropy loss, clipped as asked.
    ///
    /// An empty batch gives zeros. An example whose gradient is not finite contributes nothing
    /// under [`Clipping::Flat`].
    ///
    /// # Errors
    /// A batch that does not fit the network, or an impossible clipping norm.
    fn gradient_sum(
        &self,
        network: &Network,
        batch: Batch<'_>,
        clipping: Clipping,
    ) -> Result<GradientSum, GradientError>;
}
