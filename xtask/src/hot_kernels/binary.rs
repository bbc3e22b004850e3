//! The functions of a built program.

use super::function::{Call, Function};
use anyhow::{Context, Result};
use object::{
    Object, ObjectSection, ObjectSymbol, ObjectSymbolTable, RelocationTarget, SectionKind, SymbolKind,
};
use std::collections::{BTreeMap, HashMap};

/// A program with its symbols.
pub struct Binary<'a> {
    /// Address and code of each section.
    code: Vec<(u64, &'a [u8])>,
    /// Functions by address.
    functions: BTreeMap<u64, Symbol>,
    /// The targets of slots in memory that the loader fills.
    slots: HashMap<u64, Target>,
}

struct Symbol {
    name: String,
    size: u64,
}

/// A place that is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A function of the program, at an address.
    Function(u64),
    /// A function of a library.
    Library(String),
    /// A place that is not known.
    Unknown,
}

impl<'a> Binary<'a> {
    /// Reads a program's bytes.
    ///
    /// # Errors
    /// If they are no program that this can read.
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        let file = object::File::parse(bytes).context("not a program that can be read")?;
        let mut code = Vec::new();
        for section in file.sections().filter(|section| section.kind() == SectionKind::Text) {
            code.push((section.address(), section.data()?));
        }
        let functions =
            file.symbols().filter(|symbol| symbol.kind() == SymbolKind::Text && symbol.size() > 0);
        let function = |symbol: object::Symbol<'a, '_>| {
            let name = format!("{:#}", rustc_demangle::demangle(symbol.name().ok()?));
            Some((symbol.address(), Symbol { name, size: symbol.size() }))
        };
        let functions = functions.filter_map(function).collect();
        let mut slots = HashMap::new();
        for (slot, relocation) in file.dynamic_relocations().into_iter().flatten() {
            let target = match relocation.target() {
                RelocationTarget::Symbol(index) => {
                    let symbol =
                        file.dynamic_symbol_table().and_then(|table| table.symbol_by_index(index).ok());
                    let name = symbol.and_then(|symbol| symbol.name().ok());
                    name.map_or(Target::Unknown, |name| Target::Library(name.to_owned()))
                }
                RelocationTarget::Absolute => Target::Function(relocation.addend().cast_unsigned()),
                _ => Target::Unknown,
            };
            slots.insert(slot, target);
        }
        Ok(Self { code, functions, slots })
    }

    /// Returns all functions with their addresses.
    pub fn functions(&self) -> impl Iterator<Item = (u64, &str)> {
        self.functions.iter().map(|(&address, symbol)| (address, symbol.name.as_str()))
    }

    /// Reads the function at an address, if there is one.
    pub fn function(&self, address: u64) -> Option<Function> {
        let size = self.functions.get(&address)?.size;
        Some(Function::read(self.code(address)?.get(..size as usize)?, address))
    }

    /// Returns the place that a call leads to.
    pub fn target(&self, call: Call) -> Target {
        match call {
            Call::Direct(address) if self.functions.contains_key(&address) => Target::Function(address),
            Call::Direct(address) => self.stub(address),
            Call::Indirect(slot) => self.slots.get(&slot).cloned().unwrap_or(Target::Unknown),
            Call::ByRegister => Target::Unknown,
        }
    }

    /// Returns the name of a target, or `None` if it is not known.
    pub fn name<'b>(&'b self, target: &'b Target) -> Option<&'b str> {
        match target {
            Target::Function(address) => self.functions.get(address).map(|symbol| symbol.name.as_str()),
            Target::Library(name) => Some(name),
            Target::Unknown => None,
        }
    }

    /// Returns the target of a linker's stub, which only jumps to where a slot points.
    fn stub(&self, address: u64) -> Target {
        let stub = self.code(address).map(|code| Function::read(&code[..code.len().min(16)], address));
        let slot =
            stub.and_then(|stub| stub.calls.into_iter().find(|call| matches!(call, Call::Indirect(_))));
        slot.map_or(Target::Unknown, |slot| self.target(slot))
    }

    /// Returns the code from an address on.
    fn code(&self, address: u64) -> Option<&'a [u8]> {
        self.code
            .iter()
            .find_map(|&(start, code)| code.get(usize::try_from(address.checked_sub(start)?).ok()?..))
    }
}
