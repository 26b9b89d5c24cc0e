CREATE TEXT SEARCH PARSER ours (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end,
    LEXTYPES = prsd_lextype, HEADLINE = prsd_headline);
CREATE TEXT SEARCH TEMPLATE ours (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH DICTIONARY ours (TEMPLATE = ours);
CREATE TEXT SEARCH CONFIGURATION ours (PARSER = ours);
ALTER TEXT SEARCH CONFIGURATION ours ADD MAPPING FOR asciiword WITH ours;
CREATE TABLE kept (id int);
