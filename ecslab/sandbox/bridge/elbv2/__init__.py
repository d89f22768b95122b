"""Elastic Load Balancing: moto keeps load balancers, listeners and rules; the world obeys and checks them.

Nothing outside imports a module of this package before somebody first uses a load balancer, because moto's
part takes long to import (`installation.load_balancing`).
"""
