//! Architecture strings, windows and names of data.
#![no_main]

use zodarts_fuzz_inputs::Target;

libfuzzer_sys::fuzz_target!(init: zodarts_fuzz_inputs::on_one_thread(), |bytes: &[u8]| {
    let _ = Target::Text.read(bytes);
});
