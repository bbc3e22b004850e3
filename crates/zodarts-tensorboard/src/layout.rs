//! The charts that TensorBoard shows under "Custom Scalars": several curves in one chart.

use crate::messages::{
    Category, Chart, Layout, Multiline, PluginData, STRING, SummaryMetadata, TensorProto, TensorShapeProto,
    Value,
};
use crate::summaries::mixture_section;
use prost::Message;
use zodarts_nn::space::Space;

/// Returns the charts of a run: training and validation loss in one chart, both accuracies in another. If the
/// run searches a space, there is also a chart for each edge with the probabilities of its operations.
pub fn layout(searched: Option<&Space>) -> Value {
    let training = category("training", vec![pair("train", "loss"), pair("train", "acc")]);
    let search = category("search", vec![pair("search", "loss"), pair("search", "acc")]);
    let category = match searched {
        Some(space) => vec![edges(space), search, training],
        None => vec![training],
    };
    let tensor = TensorProto {
        dtype: STRING,
        tensor_shape: Some(TensorShapeProto {}),
        string_val: vec![Layout { category }.encode_to_vec()],
    };
    let plugin_data = Some(PluginData { plugin_name: "custom_scalars".into() });
    Value {
        tag: "custom_scalars__config__".into(),
        tensor: Some(tensor),
        metadata: Some(SummaryMetadata { plugin_data, ..SummaryMetadata::default() }),
        ..Value::default()
    }
}

fn category(title: &str, chart: Vec<Chart>) -> Category {
    Category { title: title.into(), chart }
}

/// Returns a chart of one quantity of a stage, on training and on validation images.
fn pair(stage: &str, quantity: &str) -> Chart {
    chart(
        format!("{stage}: {quantity}"),
        ["train", "val"].map(|split| format!("^{stage}/{split}_{quantity}$")).into(),
    )
}

fn edges(space: &Space) -> Category {
    let edge = |edge| chart(mixture_section(edge), vec![format!("^{}/", mixture_section(edge))]);
    category("operations of each edge", space.cell_edges().map(edge).collect())
}

fn chart(title: String, tag: Vec<String>) -> Chart {
    Chart { title, multiline: Some(Multiline { tag }) }
}
