//! Arrays within such an archive, their headers above all.
#![no_main]

use zodarts_fuzz_inputs::Target;

libfuzzer_sys::fuzz_target!(init: zodarts_fuzz_inputs::on_one_thread(), |bytes: &[u8]| {
    let _ = Target::Npy.read(bytes);
});
