-- @renamed from=node
CREATE TABLE place (
    id int CONSTRAINT node_pkey PRIMARY KEY,
    -- @renamed from=up
    parent int CONSTRAINT node_up REFERENCES place
);
