//! OpenAI's protocol, and MCP, in front of a swarm.
