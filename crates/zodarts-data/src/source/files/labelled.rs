//! Images with a table of labels: those of a folder, or the frames of one file.

use super::damaged::readable;
use super::folder::report_alike;
use super::several_labels::SeveralLabels;
use super::split_plan::SplitPlan;
use super::survey::{ImageSurvey, ListedFile, ReadOptions};
use super::table::{LabelRow, LabelTable, excerpt, wrong};
use super::table_paths::{TableFile, TablePaths};
use crate::copies::SPLITS;
use crate::error::DataError;
use crate::event::{Notice, OpenEvent};
use crate::options::OpenOptions;
use crate::patients::Patients;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

/// The most classes a table may have.
const MAX_CLASSES: usize = 1000;

/// The root of a table's images.
#[derive(Clone, Copy, Debug)]
pub(super) struct ImageRoot<'a> {
    /// The folder that the table's paths start from.
    pub folder: &'a Path,
    /// The only file to take, or `None` for every file below the folder.
    pub only: Option<&'a Path>,
}

/// Plans the splits by a table. Images are taken in the order of class, path and frame, as from class
/// folders: the order of rows means nothing.
pub(super) fn plan<'a>(
    root: ImageRoot<'a>,
    path: &Path,
    options: &OpenOptions,
    patients: &mut Patients,
    on_event: &dyn Fn(OpenEvent),
) -> Result<SplitPlan<'a>, DataError> {
    let table = LabelTable::read(path, &options.table)?;
    table.notices.iter().for_each(|notice| on_event(notice.clone().into()));
    let reading = ReadOptions::new(root.folder, options);
    let paths = TablePaths::new(root.folder, path, options.table.suffix.as_deref())?;
    let rows = resolved(root, &paths, path, table.rows)?;
    if paths.found_by_name() > 0 {
        on_event(Notice::BareNames { files: paths.found_by_name() }.into());
    }
    let mut rows = readable(rows, |(_, file)| file.as_path(), &reading, on_event)?;
    let classes = classes(path, &rows, table.several, reading.least_classes())?;
    report_alike(&classes, on_event);
    rows.sort_by(|(a, a_file), (b, b_file)| (&a.label, a_file, a.frame).cmp(&(&b.label, b_file, b.frame)));
    let class =
        |label: &str| classes.binary_search_by(|class| (**class).cmp(label)).unwrap_or_default() as u16;
    let listed = |(row, file): &(LabelRow, PathBuf)| ListedFile {
        path: file.clone(),
        class: class(&row.label),
        frame: row.frame,
        patient: row.patient,
    };
    let listed = rows.iter().map(listed).collect();
    let mut images = ImageSurvey::survey(listed, table.has_patients, reading, patients)?;
    if table.several {
        let labels = rows.iter().map(|(row, _)| row.labels().map(class).collect());
        images.several = Some(SeveralLabels::new(classes.len(), labels));
    }
    check_frames(path, &images, &rows)?;
    if !table.has_splits {
        return SplitPlan::in_three(root.only.unwrap_or(root.folder), images, classes);
    }
    let splits = [0, 1, 2].map(|split| images.of_entries(|entry| rows[entry].0.split == split));
    if !table.several && reading.network.is_none() {
        check_classes(path, &images, &splits, &classes)?;
    }
    if let Some(pair) = images.divided(splits.each_ref().map(Vec::as_slice)) {
        return Err(divided(path, pair.map(|image| &rows[images.entry(image)].0)));
    }
    Ok(SplitPlan::given(classes, images, splits))
}

/// Returns the labels that occur, sorted; at least `least` of them.
fn classes(
    path: &Path,
    rows: &[(LabelRow, PathBuf)],
    several: bool,
    least: usize,
) -> Result<Vec<String>, DataError> {
    let one = |row: &LabelRow| (!several).then(|| row.label.clone());
    let labels: BTreeSet<String> = rows
        .iter()
        .flat_map(|(row, _)| one(row).into_iter().chain(row.labels().filter(|_| several).map(str::to_owned)))
        .collect();
    if (least..=MAX_CLASSES).contains(&labels.len()) {
        return Ok(labels.into_iter().collect());
    }
    let problem =
        format!("column `label` has {} different value(s), expected {least} to {MAX_CLASSES}", labels.len());
    Err(wrong(path, problem, "every label is a class, and it takes two to tell apart"))
}

/// Returns the rows with their files. Each file is below the folder and in the table once, or once with each
/// of its frames.
fn resolved(
    place: ImageRoot<'_>,
    paths: &TablePaths<'_>,
    table: &Path,
    rows: Vec<LabelRow>,
) -> Result<Vec<(LabelRow, PathBuf)>, DataError> {
    let real = |path: &Path| {
        let opened = path.canonicalize();
        opened.map_err(|source| DataError::Io { path: path.to_owned(), action: "open DATA", source })
    };
    let only = place.only.map(real).transpose()?;
    let mut known: HashMap<PathBuf, BTreeMap<Option<usize>, u64>> = HashMap::new();
    let mut files = Vec::with_capacity(rows.len());
    for row in rows {
        let (line, name) = (row.line, &row.path);
        let refused =
            |problem: &str, hint| wrong(table, format!("line {line}: `{}` {problem}", excerpt(name)), hint);
        let TableFile { path, real } =
            paths.resolve(name).map_err(|fault| refused(&fault.problem(), fault.hint()))?;
        if only.as_ref().is_some_and(|only| *only != real) {
            continue;
        }
        let lines = known.entry(real).or_default();
        if let Some(first) = earlier(lines, row.frame) {
            let hint = "leave one line for each file, or one for each of its frames";
            return Err(refused(&format!("is also in line {first}"), hint));
        }
        lines.insert(row.frame, line);
        files.push((row, path));
    }
    match place.only {
        Some(only) if files.is_empty() => {
            let name = only.file_name().unwrap_or_default().display();
            Err(wrong(table, format!("no line names `{name}`"), "write a line for each frame of DATA"))
        }
        _ => Ok(files),
    }
}

/// Returns the line that names a frame, or all frames, already.
fn earlier(lines: &BTreeMap<Option<usize>, u64>, frame: Option<usize>) -> Option<u64> {
    match frame {
        None => lines.values().min().copied(),
        Some(_) => lines.get(&frame).or_else(|| lines.get(&None)).copied(),
    }
}

/// Refuses frames that a file does not have.
fn check_frames(
    table: &Path,
    images: &ImageSurvey<'_>,
    rows: &[(LabelRow, PathBuf)],
) -> Result<(), DataError> {
    for ((row, _), count) in rows.iter().zip(&images.frames) {
        if let Some(frame) = row.frame.filter(|frame| frame >= count) {
            let (line, name) = (row.line, &row.path);
            let problem = format!("line {line}: `{name}` has {count} frame(s), not {}", frame + 1);
            return Err(wrong(table, problem, "frames are counted from 1"));
        }
    }
    Ok(())
}

/// Refuses a split without an image of some class. Only validation may be empty.
fn check_classes(
    path: &Path,
    images: &ImageSurvey<'_>,
    splits: &[Vec<u32>; 3],
    classes: &[String],
) -> Result<(), DataError> {
    for (split, members) in SPLITS.iter().zip(splits) {
        let mut seen = vec![false; classes.len()];
        for image in members {
            seen[usize::from(images.class(*image))] = true;
        }
        let missing = classes.iter().zip(&seen).find(|(_, seen)| !**seen);
        if let Some((class, _)) = missing.filter(|_| *split != "val" || !members.is_empty()) {
            let problem = format!("no `{split}` row has the label `{class}`");
            return Err(wrong(
                path,
                problem,
                "training, test and, where there is one, validation need every class",
            ));
        }
    }
    Ok(())
}

/// Returns the error of two rows of one patient in different splits.
fn divided(path: &Path, rows: [&LabelRow; 2]) -> DataError {
    let [one, other] = rows.map(|row| format!("line {} ({}, `{}`)", row.line, SPLITS[row.split], row.path));
    let problem = format!("{one} and {other} are of one patient, but in different splits");
    wrong(
        path,
        problem,
        "put all images of a patient in one split, or leave the column `split` out to have them cut by \
         patient",
    )
}
