//! The machine code of a function.

use iced_x86::{Decoder, DecoderOptions, Instruction, Mnemonic, OpKind};

/// A place that a function calls or jumps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Code at an address.
    Direct(u64),
    /// The code whose address is in memory at an address.
    Indirect(u64),
    /// Code whose address is in a register.
    ByRegister,
}

/// The parts of a function's machine code that matter here.
#[derive(Debug, Default)]
pub struct Function {
    /// The number of fused multiply-adds of whole registers.
    pub multiply_adds: usize,
    /// The number of instructions that compute with single-precision numbers, multiply-adds included.
    pub arithmetic: usize,
    /// The places that it calls, and those outside that it jumps to.
    pub calls: Vec<Call>,
    /// Addresses that it takes, of functions and of data. What is called by a register is among them.
    pub taken: Vec<Call>,
}

impl Function {
    /// Reads the code of a function that begins at `address`.
    pub fn read(code: &[u8], address: u64) -> Self {
        let mut function = Self::default();
        let inside = address..address + code.len() as u64;
        for instruction in &mut Decoder::with_ip(64, code, address, DecoderOptions::NONE) {
            let name = format!("{:?}", instruction.mnemonic());
            function.multiply_adds += usize::from(is_multiply_add(&name) && is_packed(&name));
            function.arithmetic += usize::from(is_arithmetic(&name));
            function.taken.extend(taken(&instruction));
            let call =
                call(&instruction).filter(|call| !matches!(call, Call::Direct(to) if inside.contains(to)));
            function.calls.extend(call);
        }
        function
    }
}

/// Returns the address that an instruction writes to a register.
fn taken(instruction: &Instruction) -> Option<Call> {
    if !instruction.is_ip_rel_memory_operand() || instruction.op0_kind() != OpKind::Register {
        return None;
    }
    let address = instruction.ip_rel_memory_address();
    match instruction.mnemonic() {
        Mnemonic::Mov => Some(Call::Indirect(address)),
        Mnemonic::Lea => Some(Call::Direct(address)),
        _ => None,
    }
}

/// Returns the target of a call or jump. A jump by a register is one of a `match` within the function.
fn call(instruction: &Instruction) -> Option<Call> {
    let calls = instruction.mnemonic() == Mnemonic::Call;
    let goes = calls || instruction.mnemonic() == Mnemonic::Jmp;
    match instruction.op0_kind() {
        OpKind::NearBranch64 => Some(Call::Direct(instruction.near_branch_target())),
        OpKind::Memory if goes && instruction.is_ip_rel_memory_operand() => {
            Some(Call::Indirect(instruction.ip_rel_memory_address()))
        }
        _ => calls.then_some(Call::ByRegister),
    }
}

fn is_packed(name: &str) -> bool {
    name.ends_with("ps")
}

fn is_multiply_add(name: &str) -> bool {
    ["Vfmadd", "Vfnmadd", "Vfmsub", "Vfnmsub"].iter().any(|start| name.starts_with(start))
}

fn is_arithmetic(name: &str) -> bool {
    let plain = name.strip_prefix('V').unwrap_or(name).to_ascii_lowercase();
    let computes = ["add", "sub", "mul", "div", "max", "min", "hadd", "sqrt"];
    let single = plain.strip_suffix("ps").or_else(|| plain.strip_suffix("ss"));
    is_multiply_add(name) || single.is_some_and(|operation| computes.contains(&operation))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multiply_adds_are_counted_and_calls_are_followed() {
        let code = [
            &[0xc4, 0xe2, 0x75, 0xb8, 0xc2][..],         // vfmadd231ps ymm0, ymm1, ymm2
            &[0x0f, 0x58, 0xc1],                         // addps xmm0, xmm1
            &[0xe8, 0x00, 0x01, 0x00, 0x00],             // call, to 0x100 after itself
            &[0x48, 0x8b, 0x1d, 0x10, 0x00, 0x00, 0x00], // mov rbx, [rip + 0x10]
            &[0xff, 0xd3],                               // call rbx
            &[0xff, 0xd0],                               // call rax
            &[0xeb, 0xe6],                               // jmp, to the start
        ]
        .concat();
        let function = Function::read(&code, 0x1000);
        assert_eq!((function.multiply_adds, function.arithmetic), (1, 2));
        assert_eq!(function.calls, [Call::Direct(0x110d), Call::ByRegister, Call::ByRegister]);
        assert_eq!(function.taken, [Call::Indirect(0x1024)]);
    }

    #[test]
    fn moves_and_conversions_are_no_arithmetic() {
        for name in ["Vmovups", "Vbroadcastss", "Cvtsi2ss", "Vandps", "Vunpcklps", "Addsd"] {
            assert!(!is_arithmetic(name), "{name}");
        }
        for name in ["Addps", "Vmulps", "Mulss", "Vmaxps", "Vfmadd213ss", "Vhaddps"] {
            assert!(is_arithmetic(name), "{name}");
        }
    }
}
