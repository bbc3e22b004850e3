//! Damage.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Numbers at which code goes wrong.
const NUMBERS: [u64; 16] = [
    0,
    1,
    7,
    8,
    127,
    128,
    255,
    256,
    0x7fff,
    0xffff,
    0x1_0000,
    0x7fff_ffff,
    0xffff_ffff,
    1 << 40,
    i64::MAX as u64,
    u64::MAX,
];
/// Most changes of an input.
const CHANGES: u32 = 8;
/// Most bytes of an input.
const LARGEST: usize = 1 << 20;

/// Makes damaged files of whole ones.
#[derive(Debug)]
pub struct Mutator {
    random: ChaCha8Rng,
    words: &'static [&'static str],
}

impl Mutator {
    /// With words that mean something in the format.
    pub fn new(random: ChaCha8Rng, words: &'static [&'static str]) -> Self {
        Self { random, words }
    }

    /// A file of the corpus with some damage.
    pub fn damaged(&mut self, corpus: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = self.pick(corpus).clone();
        for _ in 0..self.random.random_range(1..=CHANGES) {
            self.change(&mut bytes, corpus);
        }
        bytes.truncate(LARGEST);
        bytes
    }

    fn change(&mut self, bytes: &mut Vec<u8>, corpus: &[Vec<u8>]) {
        let at = self.place(bytes.len());
        match self.random.random_range(0..8) {
            0 if at < bytes.len() => bytes[at] ^= 1 << self.random.random_range(0..8),
            1 if at < bytes.len() => bytes[at] = self.random.random(),
            2 => {
                let number = NUMBERS[self.random.random_range(0..NUMBERS.len())].to_le_bytes();
                let width = [1, 2, 4, 8][self.random.random_range(0..4)];
                let end = (at + width).min(bytes.len());
                bytes[at..end].copy_from_slice(&number[..end - at]);
            }
            3 => drop(bytes.drain(at..self.end(at, bytes.len()))),
            4 => {
                let piece = bytes[at..self.end(at, bytes.len())].to_vec();
                let to = self.place(bytes.len());
                bytes.splice(to..to, piece);
            }
            5 => {
                let other = self.pick(corpus).clone();
                let from = self.place(other.len());
                let piece = other[from..self.end(from, other.len())].to_vec();
                let end = self.end(at, bytes.len());
                bytes.splice(at..end, piece);
            }
            6 if !self.words.is_empty() => {
                let word = self.words[self.random.random_range(0..self.words.len())];
                let end = if self.random.random() { at } else { (at + word.len()).min(bytes.len()) };
                bytes.splice(at..end, word.bytes());
            }
            _ => bytes.truncate(at),
        }
    }

    /// A place in a file; near the beginning as often as anywhere, for headers are there.
    fn place(&mut self, len: usize) -> usize {
        let most = if self.random.random() { len.min(256) } else { len };
        self.random.random_range(0..=most)
    }

    /// The end of a piece that begins at `at`, mostly a short one.
    fn end(&mut self, at: usize, len: usize) -> usize {
        let most = if self.random.random_range(0..4) > 0 { 32 } else { len - at };
        (at + self.random.random_range(0..=most)).min(len)
    }

    fn pick<'c>(&mut self, corpus: &'c [Vec<u8>]) -> &'c Vec<u8> {
        &corpus[self.random.random_range(0..corpus.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::rand_core::SeedableRng;

    #[test]
    fn the_same_seed_damages_in_the_same_way_and_files_of_any_size() {
        let corpus = [vec![], vec![7], (0..=255).collect::<Vec<u8>>()];
        let inputs = || {
            let mut mutator = Mutator::new(ChaCha8Rng::seed_from_u64(3), &["word"]);
            (0..5000).map(|_| mutator.damaged(&corpus)).collect::<Vec<_>>()
        };
        let made = inputs();
        assert_eq!(made, inputs());
        let whole = made.iter().filter(|input| **input == corpus[2]).count();
        assert!(whole < made.len() / 20, "{whole} of {} are not damaged", made.len());
    }
}
