//! Usual names of columns.

/// The names of a column.
pub(super) struct ColumnNames {
    /// The name that is documented.
    pub own: &'static str,
    /// Usual names, in small letters and digits only.
    pub usual: &'static [&'static str],
    /// The option that names the column.
    pub option: &'static str,
}

pub(super) const PATH: ColumnNames = ColumnNames {
    own: "path",
    usual: &[
        "image",
        "imageid",
        "imagename",
        "imagepath",
        "imagefile",
        "imagefilename",
        "imageindex",
        "img",
        "imgid",
        "imgname",
        "imgpath",
        "file",
        "filename",
        "filepath",
        "isicid",
        "idcode",
    ],
    option: "--path-column",
};

pub(super) const LABEL: ColumnNames = ColumnNames {
    own: "label",
    usual: &[
        "labels",
        "class",
        "classname",
        "classlabel",
        "category",
        "target",
        "dx",
        "diagnosis",
        "finding",
        "findings",
        "findinglabel",
        "findinglabels",
    ],
    option: "--label-column",
};

pub(super) const SPLIT: ColumnNames = ColumnNames {
    own: "split",
    usual: &["set", "subset", "partition", "datasplit", "dataset"],
    option: "--split-column",
};

pub(super) const PATIENT: ColumnNames = ColumnNames {
    own: "patient",
    usual: &["patientid", "patientno", "patientnumber", "subject", "subjectid", "participantid"],
    option: "--patient-column",
};

/// A lesion is of one patient: its images are as alike as those of a patient.
pub(super) const LESION: ColumnNames =
    ColumnNames { own: "lesion_id", usual: &["lesionid", "lesion"], option: "--patient-column" };

impl ColumnNames {
    /// Tells if a column has one of the usual names.
    pub fn is_usual(&self, column: &str) -> bool {
        let plain: String = column.chars().filter(char::is_ascii_alphanumeric).collect();
        self.usual.iter().any(|known| plain.eq_ignore_ascii_case(known))
    }
}
