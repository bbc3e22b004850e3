//! Notices about data in words.

use zodarts_data::{LeftOutFiles, Notice};

/// Most groups of files that a note names.
const NAMED: usize = 12;

/// Returns a notice in words; `None` for one that is shown elsewhere.
pub fn words(notice: &Notice) -> Option<String> {
    Some(match notice {
        Notice::LeaksDropped { images: 0 } => {
            "`data.drop_leaks`: no training image is in another split".into()
        }
        Notice::LeaksDropped { images } => {
            let noun = if *images == 1 { "image that is" } else { "images that are" };
            format!("`data.drop_leaks`: left out {images} training {noun} also in validation or test")
        }
        Notice::SplitByPatient { patients: [train, val, test] } => {
            let all = train + val + test;
            format!("split by patient: {all} patients, {train}/{val}/{test} in train/val/test")
        }
        Notice::AlikeTogether { images, divided, halves_only, .. } => {
            alike_together(*images, *divided, *halves_only)
        }
        Notice::AlikeDivided { class } => {
            format!("class `{class}` has too few different images: its copies are on both sides of a cut")
        }
        Notice::UnusedColumns { names } => format!("--labels: ignored the column(s) {}", names.join(", ")),
        Notice::TableColumns { path, labels, split, patient } => {
            let mut taken = format!("path from `{path}`, label from {}", quoted(labels));
            for (what, column) in [("split", split), ("patient", patient)] {
                if let Some(column) = column {
                    taken = format!("{taken}, {what} from `{column}`");
                }
            }
            format!("--labels: took the {taken}; --path-column, --label-column and so on name others")
        }
        Notice::JoinedLabels { label, separator } => format!(
            "--labels: labels such as `{label}` are taken as classes of their own; --label-separator \
             '{separator}' takes them as several labels"
        ),
        Notice::AlikeClasses { names: [one, other] } => {
            format!("classes `{one}` and `{other}` differ by capitals only and are taken as two")
        }
        Notice::OneHotLabels { classes } => format!(
            "labels have {classes} columns and one 1 in every row: they are taken as {classes} classes, \
             not as several labels"
        ),
        Notice::VolumesSliced { slices } => format!(
            "volumes of {slices} slices: each slice is taken as an image, and the probabilities of a volume \
             are the mean over its slices"
        ),
        Notice::PixelScale { found, white } => format!("images are {found}: 0 is black and {white} is white"),
        Notice::SmallRange { low, high, white } => format!(
            "all pixel values are from {low} to {high}, a small part of 0 to {white}: the images are nearly \
             of one grey; scale them before they are saved, if they are not meant so"
        ),
        Notice::LostBits => {
            "neighbouring pixels jump between black and white, as if values of more than 8 bits \
                             had been cast to 8 and lost their upper bits; scale such values before they are \
                             saved"
                .into()
        }
        Notice::OwnRange { files } => format!(
            "grey files without a window: {files}; each is scaled from its own smallest value to its \
             largest; --window C,W makes DICOM values comparable where they mean the same in every file, as \
             in CT"
        ),
        Notice::LaterFrames { files } => {
            let noun = if *files == 1 { "animation" } else { "animations" };
            format!("{files} {noun}: only the first image of each is read")
        }
        Notice::GreyColour { images } => format!(
            "all {images} images are stored in colour but show grey: taken as grey; --set \
             data.channels=stored keeps three channels"
        ),
        Notice::BareNames { files } => {
            let of = if *files == 1 { "1 file".to_owned() } else { format!("{files} files") };
            format!("{of} of the table found in subfolders by name alone")
        }
        Notice::HiddenFiles { files: 1 } => "left out 1 hidden file or folder".into(),
        Notice::HiddenFiles { files } => format!("left out {files} hidden files and folders"),
        Notice::FilesLeftOut { groups } => left_out(groups),
        _ => return None,
    })
}

fn alike_together(images: usize, divided: usize, halves_only: bool) -> String {
    let side = if halves_only {
        "in one half of a search, and the splits are kept as they are"
    } else {
        "on one side of a cut"
    };
    let told = format!("{images} images are copies or near copies of another; each group stays {side}");
    if divided == 0 {
        return told;
    }
    format!(
        "{told}; {divided} pairs of near copies may be on two sides, because their group would hold too many \
         images"
    )
}

fn left_out(groups: &[LeftOutFiles]) -> String {
    let all: usize = groups.iter().map(|group| group.files).sum();
    let mut words: Vec<String> = groups.iter().take(NAMED).map(ToString::to_string).collect();
    if let Some(more) = groups.get(NAMED..).filter(|more| !more.is_empty()) {
        let files: usize = more.iter().map(|group| group.files).sum();
        words.push(format!("{files} others"));
    }
    let noun = if all == 1 {
        "file that is no image or in no class"
    } else {
        "files that are no images or in no class"
    };
    format!("left out {all} {noun}: {}", words.join(", "))
}

fn quoted(names: &[String]) -> String {
    let mut words: Vec<String> = names.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
    if names.len() > NAMED {
        words.push(format!("{} more", names.len() - NAMED));
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn left_out_files_are_told_by_kind_and_class() {
        let group = |kind: &str, class: Option<&str>, files| LeftOutFiles {
            kind: kind.into(),
            class: class.map(str::to_owned),
            files,
        };
        let groups = vec![group(".jp2", Some("ihc"), 9), group(".txt", None, 1)];
        let expected =
            "left out 10 files that are no images or in no class: 9 .jp2 in class ihc, 1 .txt in no class";
        assert_eq!(words(&Notice::FilesLeftOut { groups }).unwrap(), expected);
        let groups = (0..20).map(|at| group(&format!(".{at}"), None, 2)).collect();
        let told = words(&Notice::FilesLeftOut { groups }).unwrap();
        assert!(told.starts_with("left out 40 files") && told.ends_with(", 16 others"), "{told}");
    }

    #[test]
    fn columns_that_were_taken_are_named() {
        let notice = Notice::TableColumns {
            path: "image_id".into(),
            labels: vec!["dx".into()],
            split: None,
            patient: Some("lesion_id".into()),
        };
        let told = words(&notice).unwrap();
        assert!(told.contains("path from `image_id`, label from `dx`, patient from `lesion_id`;"), "{told}");
    }
}
