//! Stages as written in a config.

use ndarray::ArrayView2;
use privet_gradients::GradientEngine;
use privet_gradients::network::InputShape;
use privet_learning::encoder::{EncoderTraining, train_encoder};
use privet_learning::plain::SeedName;
use serde::{Deserialize, Serialize};

use crate::{
    BlockNormalisation, Encoder, FeatureError, GroupNormalise, OrientedGradients,
    PrincipalComponents, RowNorm, RowNormMode, Scattering, Stage, Standardise, Statistics,
};

/// One stage of a representation, for example `{ kind = "scattering", scales = 2, angles = 8 }`.
///
/// None costs privacy: it is fixed in advance, or fitted on the public rows alone (`pca` and
/// `standardise`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum StageSpec {
    /// Second-order wavelet scattering of images (Bruna and Mallat 2013): `[c, h, w]` becomes
    /// `[c * K, h >> J, w >> J]` with `K = 1 + J L + L^2 J (J - 1) / 2`.
    Scattering {
        /// Number of scales, `J`; both sides of the image must be at least `2^J` pixels.
        scales: usize,
        /// Number of angles, `L`; 8 when absent.
        #[serde(default = "eight")]
        angles: usize,
    },
    /// Histograms of oriented gradients of images (Dalal and Triggs 2005).
    Hog {
        /// Side of a cell, in pixels; 8 when absent.
        #[serde(default = "eight")]
        cell: usize,
        /// Side of a block, in cells; 2 when absent.
        #[serde(default = "two")]
        block: usize,
        /// Number of bins for the direction of a gradient, of 0 to 180 degrees; 9 when absent.
        #[serde(default = "nine")]
        orientations: usize,
        /// How a block is normalised: `l2-hys` (when absent) or `l2`.
        #[serde(default)]
        normalisation: BlockNormalisation,
    },
    /// Projection on the principal components of the public rows.
    Pca {
        /// Number of components; below the number of public rows, and at most the number of values
        /// of a row.
        components: usize,
        /// Power of each component's standard deviation that it is divided by: 0 (when absent)
        /// leaves components as they are, 1 gives all of them variance 1, 0.25 is a quarter of the
        /// way on a logarithmic scale.
        #[serde(default)]
        whitening: f64,
    },
    /// `(x - mean) / deviation` of the public rows.
    Standardise {
        /// One mean and deviation for each `feature` (when absent), or for each `channel` of an
        /// image.
        #[serde(default)]
        by: Statistics,
    },
    /// Each row's channels in groups to mean 0 and variance 1 (Tramer and Boneh 2021), without any
    /// statistics of other rows.
    GroupNormalise {
        /// Number of groups; divides the number of channels (or of features).
        groups: usize,
    },
    /// Each row to an L2 norm.
    RowNorm {
        /// The norm; 1 when absent.
        #[serde(default = "unit")]
        norm: f64,
        /// `scale` (when absent) gives each row this norm; `clip` scales only those beyond it.
        #[serde(default)]
        mode: RowNormMode,
    },
    /// A network that is trained on the public images without their labels; what stands behind its
    /// trunk is thrown away.
    Encoder(Box<EncoderTraining>),
}

/// What fitting a stage takes beside public rows.
#[derive(Clone, Copy)]
pub struct Fitting<'a> {
    /// What computes the gradients of encoders.
    pub engine: &'a dyn GradientEngine,
    /// The experiment's seed.
    pub seed: u64,
    /// Told of a stage's kind, and of the epochs that an encoder has done of all.
    pub progress: &'a dyn Fn(&str, usize, usize),
}

fn two() -> usize {
    2
}

fn eight() -> usize {
    8
}

fn nine() -> usize {
    9
}

fn unit() -> f64 {
    1.0
}

impl StageSpec {
    /// The stage's kind as written in a config.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Scattering { .. } => "scattering",
            Self::Hog { .. } => "hog",
            Self::Pca { .. } => "pca",
            Self::Standardise { .. } => "standardise",
            Self::GroupNormalise { .. } => "group-normalise",
            Self::RowNorm { .. } => "row-norm",
            Self::Encoder(_) => "encoder",
        }
    }

    /// Shape of what the stage makes of inputs of a shape, before anything is fitted.
    ///
    /// # Errors
    /// Settings out of their range or that do not fit the shape.
    pub fn output(&self, input: InputShape) -> Result<InputShape, FeatureError> {
        Ok(match self {
            Self::Pca {
                components,
                whitening,
            } => PrincipalComponents::output_of(input, *components, *whitening)?,
            Self::Standardise { .. } => input,
            Self::Encoder(training) => {
                training.validate()?;
                InputShape::flat(training.trunk(input)?.classes())
            }
            Self::Scattering { .. }
            | Self::Hog { .. }
            | Self::GroupNormalise { .. }
            | Self::RowNorm { .. } => self.fixed(input)?.output(),
        })
    }

    /// Names of what was fitted, as in [`Stage::tensors`](crate::Stage::tensors).
    #[must_use]
    pub const fn tensor_names(&self) -> &'static [&'static str] {
        match self {
            Self::Pca { .. } => &["mean", "projection"],
            Self::Standardise { .. } => &["mean", "deviation"],
            _ => &[],
        }
    }

    /// Whether the stage is fitted, so that it needs public rows.
    #[must_use]
    pub const fn needs_public_rows(&self) -> bool {
        matches!(
            self,
            Self::Pca { .. } | Self::Standardise { .. } | Self::Encoder(_)
        )
    }

    /// The stage for inputs of a shape, fitted on `public` rows of that shape where it needs any.
    ///
    /// Rows that are given here must be public: what is fitted is published with the model, without
    /// noise.
    ///
    /// # Errors
    /// Settings out of their range or that do not fit the shape, or no public rows where they are
    /// needed.
    pub fn fit(
        &self,
        input: InputShape,
        public: Option<ArrayView2<'_, f32>>,
        fitting: Fitting<'_>,
    ) -> Result<Box<dyn Stage>, FeatureError> {
        let rows = || {
            public.ok_or_else(|| FeatureError::Fit {
                kind: self.kind(),
                reason: "it is fitted on public rows, and there are none: declare a public split, \
                         or take a stage without statistics, such as \"group-normalise\""
                    .into(),
            })
        };
        (fitting.progress)(self.kind(), 0, 0);
        Ok(match self {
            Self::Pca {
                components,
                whitening,
            } => Box::new(PrincipalComponents::fit(
                input,
                rows()?,
                *components,
                *whitening,
            )?),
            Self::Standardise { by } => Box::new(Standardise::fit(input, rows()?, *by)?),
            Self::Encoder(training) => {
                let name = SeedName {
                    seed: fitting.seed,
                    purpose: "encoder",
                    index: 0,
                };
                let told = |epoch, _| (fitting.progress)(self.kind(), epoch, training.epochs);
                let (trunk, parameters) =
                    train_encoder(fitting.engine, rows()?, input, training, name, told)?;
                Box::new(Encoder::new(trunk, parameters)?)
            }
            Self::Scattering { .. }
            | Self::Hog { .. }
            | Self::GroupNormalise { .. }
            | Self::RowNorm { .. } => self.fixed(input)?,
        })
    }

    /// A stage that needs no rows.
    ///
    /// # Errors
    /// Settings out of their range or that do not fit the shape, and stages that are fitted.
    pub(crate) fn fixed(&self, input: InputShape) -> Result<Box<dyn Stage>, FeatureError> {
        Ok(match *self {
            Self::Scattering { scales, angles } => {
                Box::new(Scattering::new(input, scales, angles)?)
            }
            Self::Hog {
                cell,
                block,
                orientations,
                normalisation,
            } => Box::new(OrientedGradients::new(
                input,
                cell,
                block,
                orientations,
                normalisation,
            )?),
            Self::GroupNormalise { groups } => Box::new(GroupNormalise::new(input, groups)?),
            Self::RowNorm { norm, mode } => Box::new(RowNorm::new(input, norm, mode)?),
            Self::Pca { .. } | Self::Standardise { .. } | Self::Encoder(_) => {
                return Err(FeatureError::Parts(format!(
                    "`{}` is fitted, and nothing that was fitted is here; write the file again",
                    self.kind()
                )));
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use privet_gradients::cpu::CpuEngine;

    fn read(text: &str) -> Result<StageSpec, toml::de::Error> {
        toml::from_str(text)
    }

    #[test]
    fn stages_are_read_with_their_defaults() {
        assert_eq!(
            read("kind = 'scattering'\nscales = 2").unwrap(),
            StageSpec::Scattering {
                scales: 2,
                angles: 8
            }
        );
        assert_eq!(
            read("kind = 'hog'\ncell = 4").unwrap(),
            StageSpec::Hog {
                cell: 4,
                block: 2,
                orientations: 9,
                normalisation: BlockNormalisation::L2Hys
            }
        );
        assert_eq!(
            read("kind = 'pca'\ncomponents = 128\nwhitening = 0.25").unwrap(),
            StageSpec::Pca {
                components: 128,
                whitening: 0.25
            }
        );
        assert_eq!(
            read("kind = 'standardise'\nby = 'channel'").unwrap(),
            StageSpec::Standardise {
                by: Statistics::Channel
            }
        );
        assert_eq!(
            read("kind = 'group-normalise'\ngroups = 27").unwrap(),
            StageSpec::GroupNormalise { groups: 27 }
        );
        assert_eq!(
            read("kind = 'row-norm'\nmode = 'clip'").unwrap(),
            StageSpec::RowNorm {
                norm: 1.0,
                mode: RowNormMode::Clip
            }
        );
    }

    #[test]
    fn unknown_keys_and_kinds_are_refused() {
        for (text, expected) in [
            ("kind = 'scattering'\nscales = 2\nangels = 8", "angels"),
            ("kind = 'standardise'\nper = 'channel'", "per"),
            ("kind = 'standardise'\nby = 'row'", "row"),
            ("kind = 'hog'\nnormalisation = 'l1'", "l1"),
            ("kind = 'sift'", "sift"),
            ("kind = 'pca'", "components"),
            ("scales = 2", "kind"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn a_fitted_stage_needs_public_rows() {
        let engine = CpuEngine::default();
        let fitting = Fitting {
            engine: &engine,
            seed: 1,
            progress: &|_, _, _| {},
        };
        for spec in [
            read("kind = 'pca'\ncomponents = 2").unwrap(),
            read("kind = 'standardise'").unwrap(),
        ] {
            assert!(spec.needs_public_rows());
            let error = spec.fit(InputShape::flat(3), None, fitting).unwrap_err();
            assert!(error.to_string().contains("public split"), "{error}");
        }
        let fixed = read("kind = 'row-norm'").unwrap();
        assert!(!fixed.needs_public_rows());
        assert!(fixed.fit(InputShape::flat(3), None, fitting).is_ok());
    }
}
