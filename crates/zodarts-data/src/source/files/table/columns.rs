//! The columns of a table: by the options, by their documented names, by usual names, or by their values.

use super::content::ColumnContent;
use super::names::{ColumnNames, LABEL, LESION, PATH, PATIENT, SPLIT};
use super::wrong;
use crate::error::DataError;
use crate::event::Notice;
use crate::options::TableOptions;
use csv::StringRecord;
use std::path::Path;

/// Advice on a column that is missing.
const NAME_THEM: &str = "name the columns path and label (and frame, split, patient) in the first line, \
                         separated by commas, semicolons or tabs, or give their names with --path-column \
                         and --label-column";

/// Indices of the columns.
#[derive(Debug)]
pub(super) struct LabelColumns {
    pub path: usize,
    pub label: LabelColumn,
    pub frame: Option<usize>,
    pub split: Option<usize>,
    pub patient: Option<usize>,
}

/// The column of labels, or one column of 0 and 1 for each class with the classes' names.
#[derive(Debug)]
pub(super) enum LabelColumn {
    One(usize),
    Flags(Vec<(usize, String)>),
}

/// The first line of a table, with its columns' contents.
pub(super) struct TableHeader<'a> {
    pub table: &'a Path,
    pub names: &'a StringRecord,
    pub contents: &'a [ColumnContent],
}

/// A column that was found.
#[derive(Clone, Copy)]
struct FoundColumn {
    index: usize,
    /// True if it was recognised by a usual name.
    guessed: bool,
}

impl TableHeader<'_> {
    /// Returns the columns, and a notice if some were recognised without being named.
    pub fn columns(&self, options: &TableOptions) -> Result<(LabelColumns, Option<Notice>), DataError> {
        let path = self.find(&PATH, options.path_column.as_deref())?.ok_or_else(|| self.missing("path"))?;
        let label = self.find(&LABEL, options.label_column.as_deref())?;
        let split = match self.find(&SPLIT, options.split_column.as_deref()) {
            // A column of a usual name may be of other sets.
            Ok(Some(found)) if found.guessed && !self.contents[found.index].splits => None,
            Err(_) if options.split_column.is_none() && self.named(SPLIT.own).count() < 2 => None,
            found => found?,
        };
        let patient = self.find(&PATIENT, options.patient_column.as_deref())?;
        let patient = patient.map_or_else(|| self.find(&LESION, None), |found| Ok(Some(found)))?;
        let frame = self.single("frame")?;
        let taken: Vec<usize> =
            [Some(path), split, patient].iter().flatten().map(|found| found.index).collect();
        let flags = || self.flags(&taken);
        let guessed = [Some(path), label, split, patient].iter().flatten().any(|found| found.guessed);
        let (guessed, label) = match label {
            Some(found) => (guessed, LabelColumn::One(found.index)),
            None => (true, LabelColumn::Flags(flags().ok_or_else(|| self.missing("label"))?)),
        };
        let index = |found: FoundColumn| found.index;
        let (split, patient) = (split.map(index), patient.map(index));
        let columns = LabelColumns { path: path.index, label, frame, split, patient };
        let notice = guessed.then(|| self.notice(&columns));
        Ok((columns, notice))
    }

    /// Returns the names of the columns that are not used.
    pub fn unused(&self, columns: &LabelColumns) -> Vec<String> {
        let LabelColumns { path, label, frame, split, patient } = columns;
        let mut used: Vec<usize> = [Some(*path), *frame, *split, *patient].into_iter().flatten().collect();
        match label {
            LabelColumn::One(index) => used.push(*index),
            LabelColumn::Flags(flags) => used.extend(flags.iter().map(|(index, _)| *index)),
        }
        let unused = self.names.iter().enumerate().filter(|(index, _)| !used.contains(index));
        unused.map(|(index, name)| shown(index, name)).collect()
    }

    fn notice(&self, columns: &LabelColumns) -> Notice {
        let name = |index: usize| self.names[index].to_owned();
        let labels = match &columns.label {
            LabelColumn::One(index) => vec![name(*index)],
            LabelColumn::Flags(flags) => flags.iter().map(|(_, name)| name.clone()).collect(),
        };
        let (split, patient) = (columns.split.map(name), columns.patient.map(name));
        Notice::TableColumns { path: name(columns.path), labels, split, patient }
    }

    /// Returns a column: the one that the option names, else the one of the documented name, else the only
    /// one of a usual name.
    fn find(&self, names: &ColumnNames, option: Option<&str>) -> Result<Option<FoundColumn>, DataError> {
        if let Some(name) = option {
            let problem = || format!("line 1: column `{name}` of {} is missing", names.option);
            let hint = "give a name that stands in the first line of the table";
            let index = self.single(name)?.ok_or_else(|| wrong(self.table, problem(), hint))?;
            return Ok(Some(FoundColumn { index, guessed: false }));
        }
        if let Some(index) = self.single(names.own)? {
            return Ok(Some(FoundColumn { index, guessed: false }));
        }
        let usual = self.names.iter().enumerate().filter(|(_, column)| names.is_usual(column));
        let usual: Vec<(usize, &str)> = usual.collect();
        match usual[..] {
            [] => Ok(None),
            [(index, _)] => Ok(Some(FoundColumn { index, guessed: true })),
            [(_, one), (_, other), ..] => {
                let own = names.own;
                let problem = format!("line 1: columns `{one}` and `{other}` may both be the {own}");
                let hint = "say which with --path-column, --label-column or --patient-column";
                Err(wrong(self.table, problem, hint))
            }
        }
    }

    /// Returns the columns of a name.
    fn named(&self, name: &str) -> impl Iterator<Item = usize> {
        let columns = self.names.iter().enumerate();
        columns.filter(move |(_, column)| column.eq_ignore_ascii_case(name)).map(|(index, _)| index)
    }

    /// Returns the column of a name, of which there must be one at most.
    fn single(&self, name: &str) -> Result<Option<usize>, DataError> {
        let mut found = self.named(name);
        let first = found.next();
        match found.next() {
            Some(_) => {
                let problem = format!("line 1: column `{name}` is there twice");
                Err(wrong(self.table, problem, "leave one of them"))
            }
            None => Ok(first),
        }
    }

    /// Returns the columns of 0 and 1 with their names, if there are two or more.
    fn flags(&self, taken: &[usize]) -> Option<Vec<(usize, String)>> {
        let columns = self.names.iter().enumerate();
        let flags = columns.filter(|(index, name)| {
            self.contents[*index].flags && !taken.contains(index) && !is_unnamed(name)
        });
        let flags: Vec<(usize, String)> = flags.map(|(index, name)| (index, name.to_owned())).collect();
        (flags.len() > 1).then_some(flags)
    }

    /// Returns the error of a missing column. The columns found are not named: without a header they would be
    /// a row, perhaps with a patient's name.
    fn missing(&self, name: &str) -> DataError {
        let problem = format!("line 1: column `{name}` is missing among {} column(s)", self.names.len());
        wrong(self.table, problem, NAME_THEM)
    }
}

/// Tells if a column has no name, or the one that pandas gives to such a column.
fn is_unnamed(name: &str) -> bool {
    name.is_empty() || name.starts_with("Unnamed: ")
}

fn shown(index: usize, name: &str) -> String {
    if name.is_empty() { format!("column {} (without a name)", index + 1) } else { name.to_owned() }
}
