CREATE FUNCTION f(text, text) RETURNS boolean IMMUTABLE STRICT LANGUAGE internal SUPPORT textlike_support AS 'textlike';
