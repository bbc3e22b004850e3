//! Facts of MedMNIST's data sets of volumes, from the same source as [`catalogue`](super::catalogue).

use super::set::MedMnist;
use crate::task::Task;

/// Every data set of volumes.
pub(super) static VOLUMES: [MedMnist; 6] = [
    MedMnist {
        name: "organmnist3d",
        task: Task::MultiClass,
        channels: 1,
        classes: &[
            "liver",
            "kidney-right",
            "kidney-left",
            "femur-right",
            "femur-left",
            "bladder",
            "heart",
            "lung-right",
            "lung-left",
            "spleen",
            "pancreas",
        ],
        volumes: true,
        md5: &["a0c5a1ff56af4f155c46d46fbb45a2fe", "58a2205adf14a9d0a189cb06dc78bf10"],
    },
    MedMnist {
        name: "nodulemnist3d",
        task: Task::BinaryClass,
        channels: 1,
        classes: &["benign", "malignant"],
        volumes: true,
        md5: &["8755a7e9e05a4d9ce80a24c3e7a256f3", "c47c5b7d457bf6332200d2ea6d64ecd8"],
    },
    MedMnist {
        name: "adrenalmnist3d",
        task: Task::BinaryClass,
        channels: 1,
        classes: &["normal", "hyperplasia"],
        volumes: true,
        md5: &["bbd3c5a5576322bc4cdfea780653b1ce", "17721accfe9fb005146a47d33bc54b2f"],
    },
    MedMnist {
        name: "fracturemnist3d",
        task: Task::MultiClass,
        channels: 1,
        classes: &["buckle rib fracture", "nondisplaced rib fracture", "displaced rib fracture"],
        volumes: true,
        md5: &["6aa7b0143a6b42da40027a9dda61302f", "f01d7e6316aedf4210da0da5b7437b42"],
    },
    MedMnist {
        name: "vesselmnist3d",
        task: Task::BinaryClass,
        channels: 1,
        classes: &["vessel", "aneurysm"],
        volumes: true,
        md5: &["b41fd4f7e7e2feedddb201585ecafa1b", "6bb274a8846e1097066dcd64e2c4520f"],
    },
    MedMnist {
        name: "synapsemnist3d",
        task: Task::BinaryClass,
        channels: 1,
        classes: &["inhibitory synapse", "excitatory synapse"],
        volumes: true,
        md5: &["1235b78a3cd6280881dd7850a78eadb6", "43bd14ebf3af9d3dd072446fedc14d5e"],
    },
];
