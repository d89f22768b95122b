"""ECS Exec: sessions in containers, who may open one, and where what is said in them is kept."""
