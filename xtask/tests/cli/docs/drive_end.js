  tell(wrong.length ? wrong.join("; ") : "all well");
})().catch((error) => tell(`${error.stack}; ${wrong.join("; ")}`));
