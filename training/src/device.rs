//! Which device tensors live on.

use std::str::FromStr;

use burn::tensor::Device;
use thiserror::Error;

/// A device by name: `cpu`, `wgpu`, `cuda` or `cuda:1`.
///
/// GPUs need the cargo feature of their name, and a driver; an engine on one is
/// [`BurnEngine::on`](crate::gradient::BurnEngine::on)`(name.open()?)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeviceName {
    /// The processor.
    #[default]
    Cpu,
    /// The GPU that wgpu prefers (Vulkan, Metal, DirectX).
    Wgpu,
    /// An NVIDIA GPU by its number.
    Cuda(usize),
}

/// Why a device cannot be had.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DeviceError {
    /// No such name.
    #[error("device `{0}` is unknown: use cpu, wgpu, cuda or cuda:N")]
    Unknown(String),
    /// Left out when the program was built.
    #[error(
        "this program was built without device `{0}`: build it again with `--features {0}`, or use \
         cpu"
    )]
    NotBuilt(&'static str),
}

impl FromStr for DeviceName {
    type Err = DeviceError;

    fn from_str(name: &str) -> Result<Self, DeviceError> {
        let number = |text: &str| text.parse().ok().map(Self::Cuda);
        match name {
            "cpu" => Some(Self::Cpu),
            "wgpu" => Some(Self::Wgpu),
            "cuda" => Some(Self::Cuda(0)),
            other => other.strip_prefix("cuda:").and_then(number),
        }
        .ok_or_else(|| DeviceError::Unknown(name.to_string()))
    }
}

impl DeviceName {
    /// The device.
    ///
    /// # Errors
    /// A device that this program was built without.
    pub fn open(self) -> Result<Device, DeviceError> {
        match self {
            Self::Cpu => Ok(Device::flex()),
            Self::Wgpu => wgpu(),
            Self::Cuda(number) => cuda(number),
        }
    }
}

#[cfg(feature = "wgpu")]
fn wgpu() -> Result<Device, DeviceError> {
    Ok(Device::wgpu(burn::tensor::DeviceKind::DefaultDevice))
}

#[cfg(not(feature = "wgpu"))]
fn wgpu() -> Result<Device, DeviceError> {
    Err(DeviceError::NotBuilt("wgpu"))
}

#[cfg(feature = "cuda")]
fn cuda(number: usize) -> Result<Device, DeviceError> {
    Ok(Device::cuda(number))
}

#[cfg(not(feature = "cuda"))]
fn cuda(_number: usize) -> Result<Device, DeviceError> {
    Err(DeviceError::NotBuilt("cuda"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_what_is_missing_says_what_to_do() {
        assert_eq!("cuda:3".parse(), Ok(DeviceName::Cuda(3)));
        assert_eq!("cuda".parse(), Ok(DeviceName::Cuda(0)));
        assert_eq!("wgpu".parse(), Ok(DeviceName::Wgpu));
        assert!("cpu".parse::<DeviceName>().unwrap().open().is_ok());
        let error = "cuda:x".parse::<DeviceName>().unwrap_err().to_string();
        assert!(error.contains("`cuda:x`"), "{error}");
        #[cfg(not(feature = "cuda"))]
        {
            let error = DeviceName::Cuda(0).open().unwrap_err().to_string();
            assert!(error.contains("--features cuda"), "{error}");
        }
    }
}
