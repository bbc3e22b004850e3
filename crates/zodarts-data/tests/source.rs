//! Forms of the DATA argument.

mod support;

use support::Told;
use zodarts_data::{DataError, DataSource, Dataset, OpenOptions};

fn refused(spec: &str) -> String {
    let error = Dataset::open(spec, &OpenOptions::default(), &|_| ()).unwrap_err();
    assert!(matches!(error, DataError::UnknownSource { .. }));
    error.told()
}

#[test]
fn a_path_that_does_not_exist_lists_what_data_may_be() {
    let text = refused("no/such/folder");
    for part in ["`no/such/folder`", "`phantom`", "MedMNIST", ".npz", "folder of images by class"] {
        assert!(text.contains(part), "{text}");
    }
    assert!(!text.contains("did you mean"), "{text}");
}

#[test]
fn a_typing_error_gets_a_suggestion() {
    assert!(refused("brestmnist").contains("did you mean `breastmnist`?"));
    assert!(refused("nowhere/retinamnst.npz").contains("did you mean `retinamnist`?"));
}

#[test]
fn names_are_understood() {
    assert_eq!(DataSource::parse("phantom").unwrap(), DataSource::Phantom { seed: 0 });
    assert_eq!(DataSource::parse("phantom:7").unwrap(), DataSource::Phantom { seed: 7 });
    assert!(DataSource::parse("phantom:x").is_err());
    let DataSource::MedMnist(file) = DataSource::parse("octmnist_128").unwrap() else {
        panic!("a MedMNIST name")
    };
    assert_eq!((file.set.name, file.size()), ("octmnist", 128));
}

#[test]
fn a_single_image_is_no_data_set_without_labels() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["x.png", "x.dcm"] {
        let path = folder.path().join(name);
        std::fs::write(&path, "").unwrap();
        let error = Dataset::open(path.to_str().unwrap(), &OpenOptions::default(), &|_| ()).unwrap_err();
        let text = error.told();
        assert!(
            text.contains(&format!("{name}: is an image without labels, not a data set; name its frames")),
            "{text}"
        );
    }
}
