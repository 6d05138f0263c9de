require 'pg'
puts PG.connect.exec('select 42').getvalue(0, 0)
