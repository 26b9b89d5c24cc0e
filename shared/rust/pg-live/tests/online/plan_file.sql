CREATE TABLE public.t (
    "Part" text, number int, title text, content text, touched int NOT NULL DEFAULT 0,
    PRIMARY KEY ("Part", number));
INSERT INTO public.t ("Part", number, title)
SELECT 'p' || g % 7, g, 'Title ' || g FROM generate_series(1, 20000) g;
CREATE TABLE public.p (number int, title text, content text, touched int NOT NULL DEFAULT 0)
    PARTITION BY LIST (number);
CREATE TABLE public.p_1 PARTITION OF public.p FOR VALUES IN (1);
CREATE TABLE public.p_2 PARTITION OF public.p FOR VALUES IN (2) PARTITION BY LIST (title);
CREATE TABLE public."P 2" PARTITION OF public.p_2 DEFAULT;
INSERT INTO public.p SELECT 1 + g % 2, 'Title ' || g FROM generate_series(1, 20000) g;
