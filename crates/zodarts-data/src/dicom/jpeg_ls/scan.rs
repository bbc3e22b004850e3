//! The values of a scan, line by line (T.87, A.3 to A.7).

use super::super::frame_fault::FrameShape;
use super::bit_reader::BitReader;
use super::context::{Context, RunContext};
use super::head::JlsScan;
use super::parameters::JlsParameters;

/// Contexts of gradients, up to their sign.
const CONTEXTS: usize = 365;
/// The logarithms of the lengths of runs, by the number of long runs before.
const RUNS: [u32; 32] =
    [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// Decodes a scan.
#[derive(Debug)]
pub(super) struct ScanDecoder<'a> {
    reader: BitReader<'a>,
    parameters: JlsParameters,
    shape: FrameShape,
    contexts: Vec<Context>,
    /// For values that end a run: those whose neighbours differ, and those whose neighbours are alike.
    run_contexts: [RunContext; 2],
}

/// A line of a channel and the one above it, each with a value beyond either end.
#[derive(Clone, Debug)]
struct JlsLine {
    above: Vec<i32>,
    values: Vec<i32>,
}

/// The neighbours of a value.
#[derive(Clone, Copy, Debug)]
struct Neighbours {
    left: i32,
    above: i32,
    before_above: i32,
    behind_above: i32,
}

impl<'a> ScanDecoder<'a> {
    pub fn new(data: &'a [u8], parameters: JlsParameters, shape: FrameShape) -> Self {
        Self {
            reader: BitReader::new(data),
            parameters,
            shape,
            contexts: vec![Context::new(&parameters); CONTEXTS],
            run_contexts: [false, true].map(|alike| RunContext::new(&parameters, alike)),
        }
    }

    /// Returns the data behind the scan.
    pub fn rest(&self) -> &'a [u8] {
        self.reader.rest()
    }

    /// Fills the planes of the scan's channels, or returns `None` if it is damaged.
    pub fn planes(&mut self, scan: JlsScan, planes: &mut [u16]) -> Option<()> {
        let FrameShape { width, height, .. } = self.shape;
        let blank = vec![0; width + 2];
        let mut lines = vec![JlsLine { above: blank.clone(), values: blank }; scan.channels];
        let mut runs = vec![0; scan.channels];
        for row in 0..height {
            lines.iter_mut().for_each(JlsLine::begin);
            if scan.by_pixel {
                self.line(&mut lines, &mut runs[0])?;
            } else {
                for (line, runs) in lines.chunks_mut(1).zip(&mut runs) {
                    self.line(line, runs)?;
                }
            }
            for (channel, line) in lines.iter().enumerate() {
                let target = &mut planes[(channel * height + row) * width..][..width];
                for (word, value) in target.iter_mut().zip(&line.values[1..]) {
                    *word = *value as u16;
                }
            }
        }
        Some(())
    }

    /// Decodes a line of channels that alternate pixel by pixel. `long_runs` counts the long runs before.
    fn line(&mut self, lines: &mut [JlsLine], long_runs: &mut usize) -> Option<()> {
        let width = self.shape.width;
        let mut column = 0;
        while column < width {
            if lines.iter().all(|line| self.context(line.neighbours(column)) == 0) {
                column = self.run(lines, column, long_runs)?;
                if column == width {
                    break;
                }
                self.end_of_run(lines, column, long_runs)?;
            } else {
                for line in &mut *lines {
                    line.values[column + 1] = self.value(line.neighbours(column))?;
                }
            }
            column += 1;
        }
        Some(())
    }

    /// Returns the number of the context of a value, with a sign; 0 if all around is flat.
    fn context(&self, neighbours: Neighbours) -> i32 {
        let Neighbours { left, above, before_above, behind_above } = neighbours;
        let gradients = [behind_above - above, above - before_above, before_above - left];
        gradients.iter().fold(0, |number, gradient| 9 * number + self.parameters.kind(*gradient))
    }

    /// Decodes a value that is predicted from its neighbours.
    fn value(&mut self, neighbours: Neighbours) -> Option<i32> {
        let number = self.context(neighbours);
        let sign = if number < 0 { -1 } else { 1 };
        let context = &mut self.contexts[number.unsigned_abs() as usize];
        let prediction = neighbours.predicted() + sign * context.correction;
        let prediction = prediction.clamp(0, self.parameters.white);
        let bits = context.bits();
        let code = code(&mut self.reader, bits, self.parameters.code_bits, &self.parameters)?;
        let error = context.error(code, bits, &self.parameters);
        Some(self.parameters.value(prediction, sign * error))
    }

    /// Repeats the values before a column, and returns the column behind the run.
    fn run(&mut self, lines: &mut [JlsLine], start: usize, long_runs: &mut usize) -> Option<usize> {
        let width = self.shape.width;
        let mut column = start;
        while column < width && self.reader.number(1)? == 1 {
            let length = 1 << RUNS[*long_runs];
            if column + length <= width {
                *long_runs = (*long_runs + 1).min(RUNS.len() - 1);
            }
            column = (column + length).min(width);
        }
        if column < width {
            column += self.reader.number(RUNS[*long_runs])? as usize;
            if column > width {
                return None;
            }
        }
        for line in lines {
            let value = line.values[start];
            line.values[start + 1..=column].fill(value);
        }
        Some(column)
    }

    /// Decodes the values that end a run.
    fn end_of_run(&mut self, lines: &mut [JlsLine], column: usize, long_runs: &mut usize) -> Option<()> {
        let most = self.parameters.code_bits - RUNS[*long_runs] - 1;
        let single = lines.len() == 1;
        for line in lines {
            let Neighbours { left, above, .. } = line.neighbours(column);
            let alike = single && (left - above).abs() <= self.parameters.near;
            let context = &mut self.run_contexts[usize::from(alike)];
            let bits = context.bits();
            let code = code(&mut self.reader, bits, most, &self.parameters)?;
            let error = context.error(code, bits, &self.parameters);
            let prediction = if alike { left } else { above };
            let sign = if left > prediction { -1 } else { 1 };
            line.values[column + 1] = self.parameters.value(prediction, sign * error);
        }
        *long_runs = long_runs.saturating_sub(1);
        Some(())
    }
}

/// Returns the code of an error of which some bits are coded as they are (T.87, A.5.3), or `None` if it is
/// longer than `most` bits or beyond the range of errors.
fn code(reader: &mut BitReader<'_>, bits: u32, most: u32, parameters: &JlsParameters) -> Option<i32> {
    let escape = most.checked_sub(parameters.error_bits + 1)?;
    let zeros = reader.zeros(escape)?;
    let code = if zeros < escape {
        u64::from(zeros) << bits | u64::from(reader.number(bits.min(32))?)
    } else {
        u64::from(reader.number(parameters.error_bits)?) + 1
    };
    i32::try_from(code).ok().filter(|code| *code <= 2 << parameters.error_bits)
}

impl JlsLine {
    /// Begins the next line, with the value above its first beside it.
    fn begin(&mut self) {
        std::mem::swap(&mut self.above, &mut self.values);
        let last = self.above.len() - 1;
        self.above[last] = self.above[last - 1];
        self.values[0] = self.above[1];
    }

    fn neighbours(&self, column: usize) -> Neighbours {
        let [before_above, above, behind_above] = [0, 1, 2].map(|behind| self.above[column + behind]);
        Neighbours { left: self.values[column], above, before_above, behind_above }
    }
}

impl Neighbours {
    /// Returns the prediction of a value: the left or the upper neighbour at an edge, else their plane.
    fn predicted(self) -> i32 {
        let Self { left, above, before_above, .. } = self;
        if before_above >= left.max(above) {
            left.min(above)
        } else if before_above <= left.min(above) {
            left.max(above)
        } else {
            left + above - before_above
        }
    }
}
