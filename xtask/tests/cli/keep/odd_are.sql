SELECT pg_encoding_to_char(d.encoding), d.datcollate, d.datctype,
    (SELECT md5(string_agg(encode(textsend("id ""of""
it's" || "mood"::text || "word's"), 'hex'), ' ' ORDER BY "id ""of""
it's")) FROM "it's ""odd""
schema"."table
""of"" it's"),
    (SELECT string_agg("word's", ' ' ORDER BY "word's") FROM "it's ""odd""
schema"."view
""of"" it's" WHERE "word's" <> chr(233)),
    obj_description('"it''s ""odd""
schema"."table
""of"" it''s"'::regclass)
FROM pg_database AS d
WHERE d.datname = current_database()
