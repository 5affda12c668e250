//! `GET /v1/models` and `GET /v1/models/{id}`.

use super::{
    order,
    problem::{ErrorBody, Problem},
    types::{ModelEntry, ModelList, ModelTerms},
};
use crate::{models::Model, state::GateState};
use axum::{
    extract::{Path, State},
    http::HeaderMap,
    Json,
};
use waggle_client::Domain;

/// What models there are.
///
/// Every kind of swarm, and one of the plain kind for each domain of the chain.
#[utoipa::path(
    get,
    path = "/v1/models",
    operation_id = "list_models",
    responses(
        (status = 200, description = "All models", body = ModelList),
        (status = 401, description = "No valid key", body = ErrorBody),
        (status = 503, description = "The node is away", body = ErrorBody),
    ),
    security(("key" = []))
)]
pub(crate) async fn list(
    State(gate): State<GateState>,
    headers: HeaderMap,
) -> Result<Json<ModelList>, Problem> {
    order::admit(&gate, &headers).await?;
    let domains = gate.desk.domains().await.map_err(Problem::Unreadable)?;
    let models = gate.models.list(&domains);
    let data = models.into_iter().filter_map(|model| entry(model, &domains)).collect();
    Ok(Json(ModelList { object: "list", data }))
}

/// One model.
#[utoipa::path(
    get,
    path = "/v1/models/{id}",
    operation_id = "model",
    params(("id" = String, Path, description = "Its name, slashes included")),
    responses(
        (status = 200, description = "The model", body = ModelEntry),
        (status = 401, description = "No valid key", body = ErrorBody),
        (status = 404, description = "No such model", body = ErrorBody),
        (status = 503, description = "The node is away", body = ErrorBody),
    ),
    security(("key" = []))
)]
pub(crate) async fn show(
    State(gate): State<GateState>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Json<ModelEntry>, Problem> {
    order::admit(&gate, &headers).await?;
    let domains = gate.desk.domains().await.map_err(Problem::Unreadable)?;
    let model = gate.models.resolve(&id, &domains);
    let entry = model.and_then(|model| entry(model, &domains));
    entry.map(Json).ok_or_else(|| Problem::UnknownModel(id.chars().take(256).collect()))
}

fn entry(model: Model, domains: &[Domain]) -> Option<ModelEntry> {
    let domain = domains.iter().find(|domain| domain.id == model.domain)?;
    Some(ModelEntry {
        id: model.name,
        object: "model",
        created: 0,
        owned_by: "waggle",
        waggle: ModelTerms {
            domain: model.domain,
            title: String::from_utf8_lossy(&domain.title).into_owned(),
            members: domain.members,
            reward: model.terms.reward,
            min_agents: model.terms.min_agents,
            max_agents: model.terms.max_agents,
            finalised: model.finalised,
        },
    })
}
