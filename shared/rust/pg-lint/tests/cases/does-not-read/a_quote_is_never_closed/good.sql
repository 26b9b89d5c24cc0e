SELECT 'closed';
SELECT 1;
