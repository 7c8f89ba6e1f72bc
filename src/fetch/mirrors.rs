//! Where data sets are published.

/// The folders to fetch a data set's files from, in the order to try them; empty for a data set
/// without a mirror.
pub(crate) const fn mirrors(dataset: &str) -> &'static [&'static str] {
    match dataset.as_bytes() {
        b"mnist" => &[
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ],
        // The maker's own site speaks no https, so it comes second; the checksum guards both.
        b"fashion-mnist" => &[
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        ],
        _ => &[],
    }
}
