//! The Docker engine and this project's place in it.
//!
//! Must never: start, pull or build anything.

use anyhow::Result;

use super::Section;
use crate::context::Ctx;
use crate::services::ServicesImage;
use crate::target::compose::{Compose, image};
use crate::tools::docker;

pub fn examine(ctx: &Ctx, compose: &Compose, section: &mut Section<'_>) -> Result<()> {
    let cli = compose.cli(ctx).map(|_| String::new());
    match cli {
        Ok(_) => section.pass("compose", ""),
        Err(error) => {
            section.failure("compose", format!("{error:#}"), "apt-get install docker-compose");
        }
    }
    images(ctx, compose, section)?;
    volume(ctx, compose, section)?;
    compose_file(ctx, section)
}

fn images(ctx: &Ctx, compose: &Compose, section: &mut Section<'_>) -> Result<()> {
    let tag = image(ctx);
    let wrong = is_floating(&tag).then(|| format!("`{tag}` is another version tomorrow"));
    section.warn_if("image tag", wrong, "name a version: POSTGRES_IMAGE=postgres:17 in .env");
    let missing = (!docker::has_image(ctx, &tag)?).then(|| format!("`{tag}` is not here"));
    section.warn_if(
        "postgres image",
        missing,
        &format!("docker pull {tag}, or cargo xtask images"),
    );
    let services = ServicesImage::of(ctx, &compose.project, false)?;
    let old = (!services.is_current).then(|| "it is not what requirements.txt says".to_owned());
    section.warn_if("services image", old, "cargo xtask images services");
    Ok(())
}

/// True when the registry may give another image under this name tomorrow. A
/// colon before the last slash is a registry's port.
fn is_floating(image: &str) -> bool {
    let name = image.rsplit('/').next().unwrap_or(image);
    let version = name.split_once(':').map(|(_, version)| version);
    !image.contains('@') && version.is_none_or(|version| version == "latest")
}

fn volume(ctx: &Ctx, compose: &Compose, section: &mut Section<'_>) -> Result<()> {
    let name = "volume";
    let Some(volume) = compose.volume(ctx)? else {
        let others = docker::volumes_named(ctx, &compose.volume_key)?;
        if others.is_empty() {
            section.pass(name, "none yet");
        } else {
            // Another project name is another, empty volume: the data is there.
            section.warning(
                name,
                format!("project {} has none; others have: {}", compose.project, others.join(", ")),
                "set COMPOSE_PROJECT_NAME in .env to the project whose data you mean",
            );
        }
        return Ok(());
    };
    let tag = image(ctx);
    let majors = (docker::volume_major(ctx, &volume, &tag), docker::image_major(ctx, &tag));
    match majors {
        (Some(data), Some(server)) if data != server => section.failure(
            name,
            format!("`{volume}` was made by PostgreSQL {data}, `{tag}` is {server}"),
            format!("POSTGRES_IMAGE=postgres:{data} in .env"),
        ),
        (Some(data), _) => section.pass(name, format!("{volume}, PostgreSQL {data}")),
        (None, _) => section.skipped(name, "its PG_VERSION cannot be read without the image"),
    }
    Ok(())
}

/// The two lines of docker-compose.yml that every start rests on.
fn compose_file(ctx: &Ctx, section: &mut Section<'_>) -> Result<()> {
    let text = std::fs::read_to_string(ctx.root.join("docker-compose.yml"))?;
    let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
    let has = |words: &str| code.iter().any(|line| line.contains(words));
    let socket = (has("pg_isready") && !has("-h 127.0.0.1"))
        .then(|| "pg_isready on the socket is green while init.sql still runs".to_owned());
    section.warn_if(
        "health check",
        socket,
        "ask over TCP: psql -h 127.0.0.1 ... 'SELECT schema_ready()'",
    );
    let blind = (has("depends_on") && !has("service_healthy"))
        .then(|| "services start before the database is healthy".to_owned());
    section.warn_if("start order", blind, "depends_on: postgres: condition: service_healthy");
    let public = code.iter().any(|line| {
        let port = line.trim().trim_start_matches("- ").trim_matches('"');
        port.ends_with(":5432") && !port.starts_with("127.0.0.1:")
    });
    let wrong = public.then(|| "the port of PostgreSQL is open to the network".to_owned());
    section.fail_if("published port", wrong, "publish 127.0.0.1:${POSTGRES_PORT:-5432}:5432");
    Ok(())
}

#[cfg(test)]
mod tests {
    //! Names of images as people write them.

    use super::is_floating;

    #[test]
    fn a_name_without_a_version_floats() {
        for image in ["postgres", "postgres:latest", "registry:5000/postgres", "a/b/postgres"] {
            assert!(is_floating(image), "{image}");
        }
        for image in ["postgres:17", "registry:5000/postgres:17.2", "postgres@sha256:0123"] {
            assert!(!is_floating(image), "{image}");
        }
    }
}
