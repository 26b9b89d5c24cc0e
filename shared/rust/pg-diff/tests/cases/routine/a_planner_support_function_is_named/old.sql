CREATE FUNCTION f(text, text) RETURNS boolean IMMUTABLE STRICT LANGUAGE internal AS 'textlike';
