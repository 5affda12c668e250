//! Tools: how they are offered in the chat template, and how their calls are read from the text.

use crate::backend::{ToolCall, ToolDescription};
use mistralrs::{Function, Tool, ToolType};

/// A tool as mistral.rs hands it to the chat template.
pub(super) fn described(tool: &ToolDescription) -> Tool {
    let parameters = tool.parameters.as_object();
    let parameters = parameters
        .map(|fields| fields.iter().map(|(key, value)| (key.clone(), value.clone())).collect());
    let (name, description) = (tool.name.clone(), Some(tool.description.clone()));
    Tool { tp: ToolType::Function, function: Function { description, name, parameters } }
}

/// The calls in a reply: `<tool_call>{"name": …, "arguments": {…}}</tool_call>`, as Qwen and Hermes
/// write them, or the bare object alone, as Llama does. The engine's own parser stays out of it,
/// since its loop never ends (see the module).
pub(super) fn tool_calls(text: &str) -> Vec<ToolCall> {
    let marked: Vec<&str> = text
        .split("<tool_call>")
        .skip(1)
        .map(|rest| rest.split_once("</tool_call>").map_or(rest, |(inner, _)| inner))
        .collect();
    let bare = text.trim_start().starts_with('{').then_some(text);
    let written = if marked.is_empty() { bare.into_iter().collect() } else { marked };
    let read = |text: &str| {
        let call: serde_json::Value = serde_json::from_str(text.trim()).ok()?;
        let name = call.get("name")?.as_str()?.to_string();
        let arguments = match call.get("arguments").or_else(|| call.get("parameters"))? {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        Some(ToolCall { id: String::new(), name, arguments })
    };
    written.into_iter().filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tool_calls_should_be_found_in_the_forms_that_models_use() {
        let call = |text: &str| {
            tool_calls(text).into_iter().map(|call| (call.name, call.arguments)).collect::<Vec<_>>()
        };
        let one = [("calculate".to_string(), r#"{"expression":"1+1"}"#.to_string())];
        let object = r#"{"name": "calculate", "arguments": {"expression": "1+1"}}"#;
        assert_eq!(call(&format!("Let me see.\n<tool_call>\n{object}\n</tool_call>")), one);
        assert_eq!(call(&format!("<tool_call>{object}")), one);
        assert_eq!(call(&object.replace("arguments", "parameters")), one);
        assert_eq!(
            call(&format!("<tool_call>{object}</tool_call><tool_call>{object}</tool_call>")).len(),
            2
        );
        assert!(call("49").is_empty());
        assert!(call("{\"name\": 1}").is_empty());
        assert!(call("<tool_call>nonsense</tool_call>").is_empty());
    }
}
