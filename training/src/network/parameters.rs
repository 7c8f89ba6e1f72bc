//! The order of a network's trainable values in one flat vector.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::{Tensor, TensorData};

use super::NetworkError;

/// Where one parameter lies in the flat vector.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterSlot {
    /// Burn's id of the parameter.
    pub id: ParamId,
    /// Path of the parameter inside the network, for example `layers.0.weight`.
    pub path: String,
    /// The module that owns it as Burn names it, for example `Linear`.
    pub owner: String,
    /// Shape of the parameter in Burn's layout.
    pub shape: Vec<usize>,
    /// First position in the flat vector.
    pub start: usize,
}

impl ParameterSlot {
    /// Number of values.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether the parameter holds no value.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// All parameters of a network, or of any Burn module, in the order in which Burn visits them: layer by layer, the weight
/// before the bias. Gradients travel through the privacy mechanism as one flat vector in this order.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterLayout {
    slots: Vec<ParameterSlot>,
    len: usize,
}

impl ParameterLayout {
    /// Reads the layout off a network or another module.
    ///
    /// # Errors
    /// A parameter used twice: its gradient would be clipped in two parts, each of which may be as
    /// large as the clipping norm, and the sensitivity would be wrong.
    pub fn of<M: Module>(module: &M) -> Result<Self, NetworkError> {
        let mut collector = Collector::default();
        module.visit(&mut collector);
        for (index, slot) in collector.slots.iter().enumerate() {
            if collector.slots[..index].iter().any(|s| s.id == slot.id) {
                return Err(NetworkError::Parameters(format!(
                    "parameter {} is used twice: shared parameters have no per-example clipping \
                     here, give each layer its own",
                    slot.path
                )));
            }
        }
        Ok(Self {
            len: collector.len,
            slots: collector.slots,
        })
    }

    /// The parameters in order.
    pub fn slots(&self) -> &[ParameterSlot] {
        &self.slots
    }

    /// Number of values in the flat vector.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether the network has no parameter.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The module with parameters taken from a flat vector.
    ///
    /// # Errors
    /// A vector of another length than [`ParameterLayout::len`].
    pub fn load<M: Module>(&self, module: M, flat: &[f32]) -> Result<M, NetworkError> {
        self.check(flat)?;
        Ok(module.map(&mut ParameterWriter { flat, start: 0 }))
    }

    fn check(&self, flat: &[f32]) -> Result<(), NetworkError> {
        if flat.len() == self.len {
            return Ok(());
        }
        Err(NetworkError::Parameters(format!(
            "a vector of {} values does not fit a network of {} parameters",
            flat.len(),
            self.len
        )))
    }
}

/// All parameters of a module as one flat vector, in the order of [`ParameterLayout`].
pub fn flat_parameters<M: Module>(module: &M) -> Vec<f32> {
    struct Reader(Vec<f32>);
    impl ModuleVisitor for Reader {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0.extend(param.val().into_data().iter::<f32>());
        }
    }
    let mut reader = Reader(Vec::new());
    module.visit(&mut reader);
    reader.0
}

#[derive(Default)]
struct Collector {
    path: Vec<String>,
    owners: Vec<String>,
    slots: Vec<ParameterSlot>,
    len: usize,
}

impl ModuleVisitor for Collector {
    fn enter_module(&mut self, name: &str, container: &str) {
        // An enum adds the name of its variant, which would only repeat the layer's kind.
        if !container.starts_with("Enum:") {
            self.path.push(name.to_string());
        }
        let owner = container.strip_prefix("Struct:").unwrap_or(container);
        self.owners.push(owner.to_string());
    }

    fn exit_module(&mut self, _name: &str, container: &str) {
        if !container.starts_with("Enum:") {
            self.path.pop();
        }
        self.owners.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let slot = ParameterSlot {
            id: param.id,
            path: self.path.join("."),
            owner: self.owners.last().cloned().unwrap_or_default(),
            shape: param.val().dims().to_vec(),
            start: self.len,
        };
        self.len += slot.len();
        self.slots.push(slot);
    }
}

struct ParameterWriter<'a> {
    flat: &'a [f32],
    start: usize,
}

impl ModuleMapper for ParameterWriter<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.map(|value| {
            let data = take(self.flat, &mut self.start, value.dims());
            Tensor::from_data(data, &value.device())
        })
    }
}

fn take<const D: usize>(flat: &[f32], start: &mut usize, shape: [usize; D]) -> TensorData {
    let end = *start + shape.iter().product::<usize>();
    let values = flat[*start..end].to_vec();
    *start = end;
    TensorData::new(values, shape)
}
