//! Attributes of a node. Each must be there, and each must be read.

use super::fault::OnnxFault;
use crate::onnx::messages::{AttributeProto, NodeProto};

/// The attributes of a node that are not read yet.
pub struct Attributes<'a> {
    node: &'a NodeProto,
    unread: Vec<&'a AttributeProto>,
}

impl<'a> Attributes<'a> {
    /// Returns all attributes of a node.
    pub fn of(node: &'a NodeProto) -> Self {
        Self { node, unread: node.attribute.iter().collect() }
    }

    /// Reads a whole number.
    pub fn int(&mut self, name: &str) -> Result<i64, OnnxFault> {
        self.read(name, |attribute| attribute.i.filter(|_| attribute.r#type == 2))
    }

    /// Reads a number.
    pub fn float(&mut self, name: &str) -> Result<f32, OnnxFault> {
        self.read(name, |attribute| attribute.f.filter(|_| attribute.r#type == 1))
    }

    /// Reads `N` sizes.
    pub fn sizes<const N: usize>(&mut self, name: &str) -> Result<[usize; N], OnnxFault> {
        self.read(name, |attribute| {
            let sizes = attribute.ints.iter().map(|&size| usize::try_from(size));
            let sizes: Vec<usize> = sizes.collect::<Result<_, _>>().ok()?;
            sizes.try_into().ok().filter(|_| attribute.r#type == 7)
        })
    }

    /// Refuses an attribute that nobody read.
    pub fn finish(self) -> Result<(), OnnxFault> {
        self.unread.first().map_or(Ok(()), |attribute| Err(self.fault(&attribute.name)))
    }

    fn read<T>(&mut self, name: &str, value: impl Fn(&AttributeProto) -> Option<T>) -> Result<T, OnnxFault> {
        let found = self.unread.iter().position(|attribute| attribute.name == name);
        let found = found.and_then(|at| value(self.unread.remove(at)));
        found.ok_or_else(|| self.fault(name))
    }

    fn fault(&self, name: &str) -> OnnxFault {
        let reason = format!("attribute `{name}` is unknown, missing, repeated or of another type");
        OnnxFault::of_node(self.node, reason)
    }
}
