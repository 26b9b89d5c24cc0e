CREATE TEXT SEARCH PARSER other (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end,
    LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH CONFIGURATION ours (PARSER = other);
ALTER TEXT SEARCH CONFIGURATION ours ADD MAPPING FOR asciiword WITH simple;
CREATE FUNCTION words(text) RETURNS tsvector IMMUTABLE LANGUAGE sql AS $$ SELECT to_tsvector('public.ours', $1) $$;
