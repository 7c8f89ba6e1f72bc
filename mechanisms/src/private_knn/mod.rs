//! Private kNN: the neighbours of a query in a random sample of the private records vote.
//!
//! No teachers are trained. For every query each private record is in a fresh sample with
//! probability `gamma`; of the sample, the k records nearest to the query in a *public* feature
//! space vote with their own labels, and the noisy maximum of the votes is released, after a check
//! that the neighbours agree if the plan has one. (Zhu, Yu, Chandraker and Wang, "Private-kNN:
//! Practical differential privacy for computer vision", CVPR 2020.)
//!
//! # Sensitivity
//! Let S be a sample without a record r, and all distances to the query different. If r is not
//! among the k nearest of S + r, nothing changes. If it is and S has at least k records, r takes
//! the place of the k-th nearest of S: one ballot becomes another, and the histogram moves by
//! (at most) -1 in one class and +1 in another, `sqrt(2)` in L2 and 1 in its maximum. If S has
//! fewer than k records, one ballot is added: 1 in L2 and in the maximum. So under
//! add-or-remove-one the histogram of a sample has L2 sensitivity `sqrt(2)`, its maximum 1, whatever
//! k is.
//!
//! # Theorem
//! With Gaussian noise of standard deviation `sigma` votes the histogram of a given sample is the
//! Gaussian mechanism with noise multiplier `sigma / sqrt(2)`, its argmax is post-processing, and
//! on a Poisson sample it costs `PoissonSampled(gamma, Gaussian(sigma / sqrt(2)))` (Mironov, Talwar
//! and Zhang, "Renyi differential privacy of the sampled Gaussian mechanism", 2019, section 3, for
//! any function of that sensitivity, not sums alone). A check costs
//! `PoissonSampled(gamma, Gaussian(sigma_1))`. It has a sample of its own, drawn afresh, so that
//! checks and answers are different mechanisms that compose; as for
//! [`ConfidentGnMax`](crate::ConfidentGnMax) the number of answers is limited in advance, so on every
//! path the costs add up to at most those of the event.
//!
//! Under replace-special the record may be one that is never a neighbour: the same. Under
//! replace-one, let S be the sample of the other records: with probability gamma the record is in
//! it, and then moves the histogram of S by some v, its replacement by some v', both at most
//! `sqrt(2)`. That is the situation of a sum in which one term becomes another, so what accountants
//! charge for the event under replace-one, v and v' in opposite directions, is enough (and more than
//! the truth: between S + r and S + r' at most one ballot changes).
//!
//! # No data-dependent cost
//! The cost above holds for any votes, and there is none for the votes at hand. Amplification
//! bounds the divergence of the sampled mechanism by that of the mechanism on *every* pair of
//! neighbouring samples; a data-dependent bound holds for the one sample whose votes it has read,
//! and says nothing of the others over which the law of the answer is a mixture. Which sample was
//! drawn is moreover the secret that the amplification rests on. Theorem 6 of Papernot et al. 2018
//! asks only for Renyi bounds at two orders and for a likely outcome, so it could be used on
//! sampling and noise as one mechanism, with the amplified bounds and with q the probability *over
//! samples and noise* that the answer is another. That needs the law of the labels of the k nearest
//! over all samples, for each query, and is not done here.
//!
//! # What the caller must see to
//! - Features come from a public function, trained on public data.
//! - Which of two records is nearer must not depend on other records. Where distances are equal
//!   (equal features, rounding) the tie is broken by something of the record's own, such as a keyed
//!   hash of it; or by the position, but only if the other records keep their order when one comes
//!   or goes. An approximate index that is built from the private records does not qualify: adding
//!   a record may change which others it finds.
//! - The votes are a function of the sample and of public values alone.

mod plan;
mod run;

pub use plan::{KnnCheck, PrivateKnn, PrivateKnnParameters};
pub use run::PrivateKnnRun;
