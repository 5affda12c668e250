//! The description of the HTTP side, in OpenAPI, made from the types that go over it.

use crate::openai::{chat, models, problem, response_body, responses, types};
use utoipa::{
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    Modify, OpenApi,
};

/// All that the description is made of.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Waggle gateway",
        description = "OpenAI's protocol in front of a swarm of agents. A model is a domain and a \
                       swarm; every answer has a receipt, `waggle`.",
    ),
    paths(chat::create, responses::create, models::list, models::show),
    components(schemas(
        chat::ChatCompletionRequest,
        problem::ErrorBody,
        response_body::ResponseBody,
        types::ChatChunk,
        types::ChatCompletion,
    )),
    modifiers(&Key)
)]
struct Description;

/// The key that every path asks for.
struct Key;

impl Modify for Key {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        let components = description.components.get_or_insert_with(Default::default);
        components.add_security_scheme("key", SecurityScheme::Http(bearer));
    }
}

/// The description, as JSON.
///
/// # Errors
/// It cannot be written: a mistake in this program.
pub fn description() -> Result<String, serde_json::Error> {
    Description::openapi().to_pretty_json()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn description_should_have_every_path_and_no_dead_reference() {
        let text = description().unwrap();
        let read: Value = serde_json::from_str(&text).unwrap();
        let paths: Vec<_> = read["paths"].as_object().unwrap().keys().collect();
        assert_eq!(
            paths,
            ["/v1/chat/completions", "/v1/models", "/v1/models/{id}", "/v1/responses"]
        );
        let references = text.split("\"$ref\": \"#/components/schemas/").skip(1);
        let mut found = 0;
        for name in references.filter_map(|rest| rest.split('"').next()) {
            assert!(!read["components"]["schemas"][name].is_null(), "{name}");
            found += 1;
        }
        assert!(found > 10, "{found}");
        assert_eq!(read["components"]["securitySchemes"]["key"]["scheme"], "bearer");
    }
}
